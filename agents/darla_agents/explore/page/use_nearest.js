// The frames of the dataset that are nearest to the chosen one.

import { make, menu, short } from "/elements.js";
import { canvas, paint } from "/paint.js";
import * as state from "/state.js";
import { Panel } from "/use_panel.js";

export class Nearest extends Panel {
  constructor(uses) {
    super(uses, "Nearest frames", "of the dataset; click one to look at it");
    this.by = menu(
      [
        ["all", "all latents"],
        ["state", "state latents"],
        ["look", "look latents"],
      ],
      state.get("by", "all"),
      (by) => {
        state.set({ by });
        this.run();
      },
      { "aria-label": "which latents count" },
    );
    this.given = canvas("picture", "the frame");
    this.found = make("div", { class: "near" });
    this.element.append(make("div", { class: "row" }, this.given, this.by), this.found, this.note);
  }

  async work() {
    if (!this.uses.about.data)
      throw new Error("No dataset was given: start again with --data FRAMES.");
    const answer = await this.ask("nearest", { frame: this.frame, by: this.by.value });
    paint(this.given, answer.frame);
    this.found.replaceChildren(
      ...answer.pictures.map((each, index) => {
        const shown = canvas("picture", `row ${answer.rows[index]}`);
        paint(shown, each);
        return make(
          "button",
          {
            type: "button",
            title: `row ${answer.rows[index]}, distance ${short(answer.distances[index])}`,
            onclick: () => this.uses.picker.set(`recorded.${answer.rows[index]}`),
          },
          shown,
        );
      }),
    );
    this.note.textContent = `among ${answer.among.toLocaleString()} of ${answer.frames.toLocaleString()} frames, spread evenly`;
  }
}
