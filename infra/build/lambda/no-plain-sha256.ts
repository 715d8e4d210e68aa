/** Stands in the bundles for the SDK's SHA-256 in plain JavaScript, which it takes where Node was built without OpenSSL. */
export class Sha256Js {
  constructor() {
    throw new Error('Node has no SHA-256 here, and this bundle was built without another.');
  }
}
