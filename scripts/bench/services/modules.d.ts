declare module 'fastly:experimental' {
  export function setReusableSandboxOptions(options: { readonly maxRequests: number }): void;
}
