// What the file holds: data in elements that no browser executes.

function told() {
  return JSON.parse(document.getElementById("told").textContent);
}

// Bytes that stand in an element as base64 of gzip; the element is emptied, for the text is large.
async function unpacked(id) {
  const element = document.getElementById(id);
  const text = atob(element.textContent);
  element.textContent = "";
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) bytes[index] = text.charCodeAt(index);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
