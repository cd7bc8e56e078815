/** What every view is built from, under one name. These modules import each other, not this one. */

export * from "./api.js";
export * from "./dom.js";
export * from "./fields.js";
export * from "./poem.js";
export * from "./store.js";
export * from "./strings.js";
export * from "./toast.js";
