/**
 * Permalinks: the poem and how it was written, packed into the address. The server renders a page with a
 * preview of the poem; a long text is packed into the fragment, which no server receives.
 */

import { freshId } from "./poem.js";

const VERSION = 1;
/** Maximum length of an address; chats and proxies cut longer ones. */
const LONGEST = 2000;

/** The address of a poem, which any studio can open. */
export async function linkTo(poem) {
  const { id, ...content } = poem;
  const packed = await deflated(JSON.stringify({ v: VERSION, poem: content }));
  return new URL(packed.length > LONGEST ? `#/poem/${packed}` : `p/${packed}`, location.href.split("#")[0]).href;
}

/** The poem that an address contains, or null if the address is cut short or altered. */
export async function poemFrom(packed) {
  try {
    const { v, poem } = JSON.parse(await inflated(packed));
    if (v !== VERSION || !isPoem(poem)) return null;
    return { ...poem, id: freshId() };
  } catch (error) {
    console.warn(error);
    return null;
  }
}

/** Whether an untrusted value has the shape of a poem. */
export function isPoem(poem) {
  if (typeof poem !== "object" || poem === null) return false;
  if (typeof poem.prose === "string") return poem.prose.length < 200_000;
  return (
    Array.isArray(poem.lines) &&
    poem.lines.length > 0 &&
    poem.lines.length <= 200 &&
    poem.lines.every((line) => typeof line?.text === "string" && typeof line?.mark === "string")
  );
}

async function deflated(text) {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const letters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function inflated(packed) {
  const letters = atob(packed.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(stream).text();
}
