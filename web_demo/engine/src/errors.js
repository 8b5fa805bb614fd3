/**
 * Everything allez throws on purpose. Each error carries one line, a `code` for programs, and where
 * one helps, a `hint` for people.
 *
 *     AllezError                  catch this one
 *     |-- BundleError             the bundle is unusable
 *     |   |-- BundleNotFoundError there is none
 *     |   |-- BundleFormatError   a file in it is not what it should be
 *     |   `-- ChecksumError       size or SHA-256 differ from the manifest
 *     |-- OptionError             an option has a value that makes no sense
 *     |-- InputError              a text cannot be read as promised
 *     |-- SessionError            ONNX Runtime refused a graph, or failed
 *     |   |-- PlatformError       this browser or processor lacks what it needs
 *     |   `-- MemoryError         there is not enough memory
 *     `-- CancelledError          the caller gave the work up before it was done
 */

export class AllezError extends Error {
  /**
   * @param {string} message one line
   * @param {{hint?: string | null, cause?: unknown}} [more]
   */
  constructor(message, { hint = null, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = new.target.name
    /** What a person may do about it. */
    this.hint = hint
  }

  /** Which error it is, the same in every build. */
  get code() {
    return 'allez'
  }
}

export class BundleError extends AllezError {
  get code() {
    return 'bundle'
  }
}

export class BundleNotFoundError extends BundleError {
  get code() {
    return 'bundle-not-found'
  }
}

export class BundleFormatError extends BundleError {
  get code() {
    return 'bundle-format'
  }
}

export class ChecksumError extends BundleError {
  get code() {
    return 'checksum'
  }
}

export class OptionError extends AllezError {
  get code() {
    return 'option'
  }
}

export class InputError extends AllezError {
  get code() {
    return 'input'
  }
}

export class SessionError extends AllezError {
  get code() {
    return 'session'
  }
}

export class PlatformError extends SessionError {
  get code() {
    return 'platform'
  }
}

export class MemoryError extends SessionError {
  get code() {
    return 'memory'
  }
}

export class CancelledError extends AllezError {
  get code() {
    return 'cancelled'
  }
}

/** Every kind by its code: what a worker sends is made again on the other side. */
export const ERRORS = Object.fromEntries(
  [
    AllezError,
    BundleError,
    BundleNotFoundError,
    BundleFormatError,
    ChecksumError,
    OptionError,
    InputError,
    SessionError,
    PlatformError,
    MemoryError,
    CancelledError,
  ].map((kind) => [new kind('').code, kind]),
)

/** Writes a number as messages do. @param {number} value with commas between thousands */
export function grouped(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}
