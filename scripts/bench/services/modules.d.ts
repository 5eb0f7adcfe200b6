declare module 'fastly:secret-store' {
  export class SecretStore {
    constructor(name: string);
    get(key: string): Promise<{ plaintext(): string } | null>;
  }
}

declare module 'fastly:experimental' {
  export function setReusableSandboxOptions(options: { readonly maxRequests: number }): void;
}
