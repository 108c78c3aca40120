// The encoder and the decoder, computed on one thread, which needs no server's permission.

class Networks {
  static async open(latents, shape) {
    const { wasm } = ort.env;
    wasm.numThreads = 1;
    wasm.proxy = false;
    wasm.wasmBinary = await unpacked("binary");
    const networks = new Networks();
    networks.latents = latents;
    networks.shape = shape;
    networks.turn = Promise.resolve();
    networks.decoder = await Networks.session("decoder");
    networks.encoder = await Networks.session("encoder");
    return networks;
  }

  static async session(id) {
    const model = await unpacked(id);
    return ort.InferenceSession.create(model, { executionProviders: ["wasm"] });
  }

  // Runs a network after those that were asked before.
  run(session, given) {
    const result = this.turn.then(() => session.run(given));
    this.turn = result.catch(() => null);
    return result;
  }

  // Pictures, uint8 (N, H, W, 3) in a row, of latents: N arrays.
  async decode(batch) {
    const values = new Float32Array(batch.length * this.latents);
    batch.forEach((latents, index) => values.set(latents, index * this.latents));
    const given = new ort.Tensor("float32", values, [batch.length, this.latents]);
    const { frames } = await this.run(this.decoder, { latents: given });
    return frames.data;
  }

  // The latents of one picture, uint8 (H, W, 3).
  async encode(pixels) {
    const { height, width } = this.shape;
    const given = new ort.Tensor("uint8", pixels, [1, height, width, 3]);
    const { mu } = await this.run(this.encoder, { frames: given });
    return Array.from(mu.data);
  }
}

// A function that does the newest of what is asked, one at a time; what is older is left out.
function newest(work) {
  let waiting = null;
  let busy = false;
  return async (...given) => {
    waiting = given;
    if (busy) return;
    busy = true;
    try {
      while (waiting) {
        const next = waiting;
        waiting = null;
        await work(...next);
      }
    } finally {
      busy = false;
    }
  };
}
