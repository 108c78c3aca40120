// Which frame is looked at: one that a bundle carries, one of the dataset, or the world as it is set.

import { ask } from "/api.js";
import { make, menu, tell } from "/elements.js";
import { canvas, paint } from "/paint.js";
import * as state from "/state.js";

// "reference.0.3", "recorded.17" or "drawn", as the address keeps it, in the words of the server.
export function frameOf(text, about) {
  const [of, ...numbers] = text.split(".");
  const whole = numbers.map((each) => Math.max(0, Math.floor(Number(each)) || 0));
  if (of === "recorded" && about.data) {
    return { of: "recorded", row: Math.min(whole[0] || 0, about.data.frames - 1) };
  }
  if (of === "drawn" && about.world && state.getObject("setting")) {
    return {
      of: "drawn",
      domain: state.get("domain", about.world.varied),
      setting: state.getObject("setting"),
    };
  }
  const bundle = Math.min(whole[0] || 0, about.bundles.length - 1);
  return {
    of: "reference",
    bundle,
    row: Math.min(whole[1] || 0, about.bundles[bundle].references - 1),
  };
}

export function firstFrame(about) {
  return about.data ? "recorded.0" : "reference.0.0";
}

// Draws another setting of the world, and makes it the one that is looked at.
export async function drawSetting(about, inView = null) {
  const domain = state.get("domain", about.world.varied);
  const seed = Math.floor(Math.random() * 2 ** 31);
  const answer = await ask("world/sample", { domain, seed, in_view: inView });
  state.set({ domain, setting: answer.setting });
  return answer;
}

// A chooser of a frame, which the address keeps under a key; onchange is told of another frame.
export class Picker {
  constructor(about, key, otherwise, onchange) {
    this.about = about;
    this.key = key;
    this.otherwise = otherwise;
    this.onchange = onchange;
    this.thumbnail = canvas("picture", "the chosen frame");
    this.number = make("input", {
      type: "number",
      min: 0,
      "aria-label": "number of the frame",
      onchange: () => this.go(Number(this.number.value)),
    });
    this.back = make("button", {
      type: "button",
      textContent: "◀",
      title: "previous frame (p)",
      onclick: () => this.step(-1),
    });
    this.next = make("button", {
      type: "button",
      textContent: "▶",
      title: "next frame (n)",
      onclick: () => this.step(1),
    });
    this.chance = make("button", {
      type: "button",
      textContent: "by chance",
      title: "any frame (d)",
      onclick: () => this.any(),
    });
    const kinds = about.bundles.map((bundle, index) => [
      `reference.${index}`,
      `frames in ${bundle.name}`,
    ]);
    if (about.data) kinds.unshift(["recorded", `dataset ${about.data.name}`]);
    if (about.world) kinds.push(["drawn", "the world as set"]);
    this.source = menu(kinds, "", (kind) => this.choose(kind), {
      "aria-label": "where frames come from",
    });
    this.element = make(
      "div",
      { class: "picker" },
      this.thumbnail,
      this.source,
      this.back,
      this.number,
      this.next,
      this.chance,
    );
    this.show();
  }

  get text() {
    return state.get(this.key, this.otherwise);
  }

  get frame() {
    return frameOf(this.text, this.about);
  }

  get count() {
    const frame = this.frame;
    if (frame.of === "recorded") return this.about.data.frames;
    return frame.of === "reference" ? this.about.bundles[frame.bundle].references : 0;
  }

  show() {
    const frame = this.frame;
    this.source.value = frame.of === "reference" ? `reference.${frame.bundle}` : frame.of;
    const counted = this.count > 0;
    for (const each of [this.back, this.number, this.next]) each.hidden = !counted;
    if (counted) {
      this.number.value = frame.row;
      this.number.max = this.count - 1;
    }
  }

  async paint() {
    try {
      const { frame } = await ask("frame", { frame: this.frame });
      paint(this.thumbnail, frame);
    } catch (error) {
      tell(error);
    }
  }

  async choose(kind) {
    try {
      if (kind === "drawn" && !state.getObject("setting")) await drawSetting(this.about);
    } catch (error) {
      tell(error);
      return;
    }
    this.set(kind === "drawn" ? kind : `${kind}.0`);
  }

  set(text) {
    state.set({ [this.key]: text });
    this.show();
    this.onchange();
  }

  go(row) {
    if (!this.count) return;
    const kept = ((Math.floor(row) % this.count) + this.count) % this.count;
    const frame = this.frame;
    this.set(frame.of === "recorded" ? `recorded.${kept}` : `reference.${frame.bundle}.${kept}`);
  }

  step(by) {
    this.go((this.frame.row || 0) + by);
  }

  async any() {
    if (this.count) {
      this.go(Math.floor(Math.random() * this.count));
      return;
    }
    try {
      await drawSetting(this.about);
      this.set("drawn");
    } catch (error) {
      tell(error);
    }
  }
}
