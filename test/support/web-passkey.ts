import type { Page } from 'playwright-core';

/** Gives a browser something that makes passkeys, and signs with them whenever it is asked. */
export async function giveAuthenticator(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true },
      ...{ hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    },
  });
}

/** Gives a browser a passkey of whoever is signed in. */
export async function givePasskey(page: Page): Promise<void> {
  await giveAuthenticator(page);
  await page.evaluate(async () => {
    const path = '/api/v1/users/me/passkeys';
    const post = async (to: string, body?: object) => {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(to, { method: 'POST', headers, body: JSON.stringify(body) });
      if (!response.ok) throw new Error(await response.text());
      return response.json();
    };
    const { creation } = await post(`${path}/options`);
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(creation);
    const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
    await post(path, { name: 'key ring', attestation: made.toJSON() });
  });
}
