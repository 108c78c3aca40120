// A rectangle that one draws is filled with what the encoder expects there.

import { ondrag } from "/dragging.js";
import { figure, make, menu, short } from "/elements.js";
import { canvas, paint } from "/paint.js";
import * as state from "/state.js";
import { Panel } from "/use_panel.js";

export class Hole extends Panel {
  constructor(uses) {
    super(uses, "Fill a hole", "draw a rectangle, or move it with arrows (shift: size)");
    this.given = canvas("picture drag hole", "draw a rectangle here");
    this.given.tabIndex = 0;
    this.filled = canvas("picture hole", "filled");
    this.how = menu(
      ["gradient", "iterate"],
      state.get("fill", "gradient"),
      (fill) => {
        state.set({ fill });
        this.run();
      },
      { "aria-label": "way to fill" },
    );
    this.element.append(
      make("div", { class: "triple" }, figure(this.given, "hidden"), figure(this.filled, "filled")),
      make("div", { class: "row" }, this.how, this.note),
    );
    this.linked();
    this.listen();
  }

  linked() {
    const numbers = state.get("hole", "0.4_0.35_0.7_0.65").split("_").map(Number);
    const fits = numbers.length === 4 && numbers.every((each) => each >= 0 && each <= 1);
    this.hole = fits ? numbers : [0.4, 0.35, 0.7, 0.65];
  }

  async work() {
    const [top, left, bottom, right] = this.hole;
    const answer = await this.ask("inpaint", {
      frame: this.frame,
      top,
      left,
      bottom,
      right,
      how: this.how.value,
    });
    this.frameShown = answer.frame;
    paint(this.given, answer.hidden);
    paint(this.filled, answer.filled);
    this.filled.dataset.painted = Number(this.filled.dataset.painted || 0) + 1;
    this.note.textContent = `${answer.pixels} pixels, off by ${short(answer.error)} grey levels (mean colour: ${short(answer.error_of_mean)})`;
  }

  listen() {
    ondrag(this.given, {
      moved: (start, end) => this.outline(start, end),
      ended: (start, end) => {
        const corner = [
          Math.min(start[0], end[0]),
          Math.min(start[1], end[1]),
          Math.max(start[0], end[0]),
          Math.max(start[1], end[1]),
        ];
        if (corner[2] - corner[0] > 0.03 && corner[3] - corner[1] > 0.03) this.put(corner);
      },
    });
    this.given.addEventListener("keydown", (event) => {
      const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[
        event.key
      ];
      if (!by) return;
      event.preventDefault();
      const [down, across] = by.map((each) => each / 16);
      const first = event.shiftKey ? [0, 0] : [down, across];
      this.put([
        this.hole[0] + first[0],
        this.hole[1] + first[1],
        this.hole[2] + down,
        this.hole[3] + across,
      ]);
    });
  }

  put(corners) {
    const kept = corners.map((each) => Math.min(Math.max(each, 0), 1));
    if (kept[2] - kept[0] < 0.05 || kept[3] - kept[1] < 0.05) return;
    this.hole = kept;
    state.set({ hole: kept.map((each) => each.toFixed(3)).join("_") });
    this.run();
  }

  outline(start, end) {
    paint(this.given, this.frameShown);
    const pen = this.given.getContext("2d");
    const { width, height } = this.given;
    pen.strokeStyle = "#d55e00";
    pen.strokeRect(
      start[1] * width,
      start[0] * height,
      (end[1] - start[1]) * width,
      (end[0] - start[0]) * height,
    );
  }
}
