// Elements of the page, made from a name, attributes and children; texts are texts, never markup.

export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "class") element.className = value;
    else if (key in element && key !== "list") element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

// A menu of words, or of [value, text] pairs.
export function menu(options, chosen, onchange, attributes = {}) {
  const made = make("select", { ...attributes, onchange: () => onchange(made.value) });
  for (const option of options) {
    const [value, text] = Array.isArray(option) ? option : [option, option];
    made.append(
      make("option", { value, textContent: text, selected: String(value) === String(chosen) }),
    );
  }
  return made;
}

export function figure(canvas, caption) {
  return make("figure", {}, canvas, make("figcaption", { textContent: caption }));
}

export function missing(what, option) {
  return make(
    "p",
    { class: "missing" },
    `${what} Start again with `,
    make("code", { textContent: option }),
    ".",
  );
}

// What went wrong last, in the line below the header; nothing clears it.
export function tell(error) {
  document.getElementById("said").textContent = error ? error.message || String(error) : "";
}

export function short(value) {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number") return String(value);
  if (Number.isInteger(value)) return String(value);
  return value.toFixed(Math.abs(value) < 10 ? 2 : 1);
}
