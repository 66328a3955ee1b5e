@rem Lets `npm start` and `npm run cli` begin with `exec` on Windows too, where no shell has to give way to node.
@%*
