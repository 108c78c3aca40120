// Traverse: a frame, its reconstruction, and a slider for each latent, for every bundle.

import { ask, newest } from "/api.js";
import { make } from "/elements.js";
import { LatentCard } from "/latent_card.js";

export class Traverse {
  constructor(element, about, picker) {
    this.element = element;
    this.picker = picker;
    element.classList.toggle("single", about.bundles.length === 1);
    this.cards = about.bundles.map((bundle, index) => new LatentCard(bundle, index));
    element.append(make("div", {}, ...this.cards.map((card) => card.element)));
    this.encode = newest(async () => {
      const answer = await ask("traverse/encode", { frame: picker.frame });
      this.cards.forEach((card, index) => card.take(answer.bundles[index]));
    });
  }

  entered() {
    this.encode();
    for (const card of this.cards) card.survey();
  }

  linked() {
    for (const card of this.cards) card.given = null;
  }

  pressed(event) {
    if (event.key === "r") for (const card of this.cards) card.reset();
  }
}
