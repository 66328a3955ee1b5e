// For --import: a machine on which nobody installed @opentelemetry/api.
import { register } from "node:module";

const hooks = `export function resolve(name, context, next) {
  if (name === "@opentelemetry/api") throw new Error("canary");
  return next(name, context);
}`;

register(`data:text/javascript,${encodeURIComponent(hooks)}`);
