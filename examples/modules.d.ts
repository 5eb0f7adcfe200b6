// In a project of your own these come with @fastly/js-compute, whose globals clash with those of Node here.
declare module 'fastly:secret-store' {
  export class SecretStore {
    constructor(name: string);
    get(key: string): Promise<{ plaintext(): string } | null>;
  }
}
