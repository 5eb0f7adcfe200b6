/** Signs the tokens of clients. */
export const SECRET = 'a secret of the bench, of 32 bytes or more';
