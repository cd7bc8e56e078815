/** One module that exports what every view needs. The modules it exports do not import it. */

export * from "../core/api.js";
export * from "../core/dom.js";
export * from "../core/poem.js";
export * from "../core/store.js";
export * from "../core/strings.js";
export * from "./fields.js";
export * from "./paper.js";
export * from "./toast.js";
