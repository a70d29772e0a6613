const thisMachine = ['127.0.0.1', '[::1]', '::1'];

/**
 * Where people reach Gatehouse, without a slash at the end. On this machine that is `localhost`: browsers keep no
 * passkeys for a number.
 */
export function publicUrlOf(it: {
  readonly publicUrl: string | undefined;
  readonly listen: { readonly host: string; readonly port: number };
}): string {
  const { host, port } = it.listen;
  return it.publicUrl ?? `http://${thisMachine.includes(host) ? 'localhost' : host}:${port}`;
}
