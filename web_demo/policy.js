/** No request to any other host, no inline code; WebAssembly may be compiled. */
export const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; " +
  "connect-src 'self'; style-src 'self'; img-src 'self'; manifest-src 'self'; " +
  "base-uri 'none'; form-action 'none'"
