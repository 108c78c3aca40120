// What all panels of the tab Uses have in common.

import { ask, newest } from "/api.js";
import { make } from "/elements.js";
import { canvas } from "/paint.js";

export function pictures(count) {
  return Array.from({ length: count }, () => canvas());
}

// A panel asks one question whenever what it depends on changes; what cannot be is said in it.
export class Panel {
  constructor(uses, title, what) {
    this.uses = uses;
    this.note = make("p", { class: "note" });
    this.element = make(
      "article",
      { class: "card" },
      make("h2", {}, title, " ", make("small", { textContent: what })),
    );
    this.run = newest(async () => {
      this.element.classList.add("busy");
      try {
        await this.work();
      } catch (error) {
        this.note.textContent = error.message;
      }
      this.element.classList.remove("busy");
    });
  }

  ask(name, message = {}) {
    return ask(`uses/${name}`, { bundle: this.uses.chosen, ...message });
  }

  get frame() {
    return this.uses.picker.frame;
  }
}
