@rem Lets `npm start` begin with `exec` on Windows too, where no shell has to give way to node.
@%*
