/** Signs the tokens of clients. */
export const SECRET = 'a secret of the bench, of 32 bytes or more';

/** Of the proofs of handoffs. */
export const HANDOFF_KEY = 'AAECAwQFBgcICQoLDA0ODw==';
