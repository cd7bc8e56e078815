/** What every view is built from, under one name. These modules import each other, not this one. */

export * from "../core/api.js";
export * from "../core/dom.js";
export * from "../core/poem.js";
export * from "../core/store.js";
export * from "../core/strings.js";
export * from "./fields.js";
export * from "./paper.js";
export * from "./toast.js";
