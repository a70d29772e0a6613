import { fakeService } from '#connector-kit/testing/fake-service.ts';

interface Card {
  readonly attachments: readonly {
    readonly content: {
      readonly body: readonly { readonly inlines: readonly { readonly text: string }[] }[];
    };
  }[];
}

/** One workflow of Teams in memory, which can be turned off. It says yes to whatever is signed, and posts it afterwards, or not. */
export function fakeTeams({ signature, isOff = false }: { signature: string; isOff?: boolean }) {
  const posted: string[] = [];
  const workflow = { isOff };
  const invoke = (body: unknown, url: URL): Response => {
    if (url.search !== `?${signature}`) {
      const code = 'DirectApiInvalidAuthorizationScheme';
      return Response.json({ error: { code, message: 'Not authorised.' } }, { status: 401 });
    }
    if (workflow.isOff) {
      const code = 'WorkflowTriggerIsNotEnabled';
      return Response.json({ error: { code, message: 'The workflow is off.' } }, { status: 400 });
    }
    const [attachment] = (body as Card).attachments;
    const lines = attachment!.content.body.map((it) => it.inlines.map(({ text }) => text).join(''));
    posted.push(lines.join('\n'));
    return new Response(null, { status: 202 });
  };
  const service = fakeService({
    'POST /powerautomate/automations/direct/workflows/:id/triggers/manual/paths/invoke': (
      _,
      { body, url },
    ) => invoke(body, url),
  });
  return { ...service, posted, workflow };
}
