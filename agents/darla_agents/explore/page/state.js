// The state of the page, which the address keeps behind its #; links bring it back.

const values = new Map();
const listeners = [];

function read() {
  values.clear();
  for (const [key, value] of new URLSearchParams(location.hash.slice(1))) values.set(key, value);
}

export function get(key, otherwise = "") {
  return values.has(key) ? values.get(key) : otherwise;
}

export function getNumber(key, otherwise) {
  const found = Number(get(key, "nothing"));
  return Number.isFinite(found) ? found : otherwise;
}

export function getObject(key) {
  try {
    const found = JSON.parse(get(key, "null"));
    return typeof found === "object" ? found : null;
  } catch {
    return null;
  }
}

// null forgets a key. Browsers refuse more than some 100 changes of the address in 30 seconds.
let due = null;
export function set(changes) {
  for (const [key, value] of Object.entries(changes)) {
    if (value === null || value === "") values.delete(key);
    else values.set(key, typeof value === "object" ? JSON.stringify(value) : String(value));
  }
  if (due === null) due = setTimeout(write, 350);
}

function write() {
  due = null;
  history.replaceState(null, "", "#" + new URLSearchParams([...values]));
}

// Somebody typed another address, or followed a link within it.
export function onlink(listener) {
  listeners.push(listener);
}

addEventListener("hashchange", () => {
  read();
  for (const listener of listeners) listener();
});
read();
