/**
 * Permalinks: the poem and how it came about, packed into the address. The server makes a page with a preview of
 * it; a long text goes into the part that no server sees.
 */

import { freshId } from "./poem.js";

const VERSION = 1;
/** Chats and proxies cut longer addresses. */
const LONGEST = 2000;

/** The address of a poem; opening it needs a server, but none that knows it. */
export async function linkTo(poem) {
  const { id, ...content } = poem;
  const packed = await deflated(JSON.stringify({ v: VERSION, poem: content }));
  return new URL(packed.length > LONGEST ? `#/poem/${packed}` : `p/${packed}`, location.href.split("#")[0]).href;
}

/** The poem that an address holds, or null if it is cut short or altered. */
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

/** Whether a value from outside has the shape of a poem. */
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
