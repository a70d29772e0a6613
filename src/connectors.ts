import type { AnyConnector } from '#connector-kit/contract.ts';
import { activeDirectory } from '#connectors/active-directory/index.ts';
import { bambooHr } from '#connectors/bamboohr/index.ts';
import { folder } from '#connectors/folder/index.ts';
import { gusto } from '#connectors/gusto/index.ts';
import { http } from '#connectors/http/index.ts';
import { jira } from '#connectors/jira/index.ts';
import { ldap } from '#connectors/ldap/index.ts';
import { list } from '#connectors/list/index.ts';
import { mail } from '#connectors/mail/index.ts';
import { okta } from '#connectors/okta/index.ts';
import { person } from '#connectors/person/index.ts';
import { s3 } from '#connectors/s3/index.ts';
import { scim } from '#connectors/scim/index.ts';
import { serviceNow } from '#connectors/servicenow/index.ts';
import { signedEvents } from '#connectors/signed-events/index.ts';
import { snipeIt } from '#connectors/snipe-it/index.ts';
import { syslog } from '#connectors/syslog/index.ts';
import { webhook } from '#connectors/webhook/index.ts';

/** Every connector there is, by its id. Taking one out is a line here and its folder. */
export const connectors: ReadonlyMap<string, AnyConnector> = new Map(
  [
    activeDirectory,
    bambooHr,
    folder,
    gusto,
    http,
    jira,
    ldap,
    list,
    mail,
    okta,
    person,
    s3,
    scim,
    serviceNow,
    signedEvents,
    snipeIt,
    syslog,
    webhook,
  ].map((it) => [it.id, it]),
);
