// Compiles messages/*.json into typed functions (src/paraglide), without the network.
import { compile } from "@inlang/paraglide-js";

globalThis.fetch = () => Promise.reject(new Error("messages are compiled offline"));

await compile({
  project: "./project.inlang",
  outdir: "./src/paraglide",
  outputStructure: "locale-modules",
  strategy: ["baseLocale"],
  emitGitIgnore: false,
  emitTsDeclarations: true,
});
// The compiler leaves a timer behind that would hold the process for half a minute.
process.exit(0);
