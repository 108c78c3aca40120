// Questions to the server. The page keeps its state itself and sends what is needed with each.

import { tell } from "/elements.js";

export async function ask(name, message = {}) {
  let reply;
  try {
    reply = await fetch(`/api/${name}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(message),
    });
  } catch {
    throw new Error("the server does not answer: darla explore has ended");
  }
  const answer = await reply.json();
  if (!reply.ok) throw new Error(answer.error);
  return answer;
}

// Work that is asked for faster than it can be done: while some is under way only the newest of
// what else is asked waits, so that a slider that is dragged never lags behind a queue.
export function newest(work) {
  let busy = false;
  let waiting = null;
  return function run(...values) {
    if (busy) {
      waiting = values;
      return;
    }
    busy = true;
    work(...values)
      .then(() => tell(null), tell)
      .finally(() => {
        busy = false;
        if (waiting !== null) {
          const next = waiting;
          waiting = null;
          run(...next);
        }
      });
  };
}
