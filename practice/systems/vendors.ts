import { colleague, colleagues, peopleIn } from '../company.ts';
import { atlassian } from './atlassian.ts';
import { awsIam } from './aws-iam.ts';
import { bambooHr } from './bamboohr.ts';
import { dovecot, type MailServer } from './dovecot.ts';
import { gitHub } from './github.ts';
import { gitLab } from './gitlab.ts';
import { google } from './google.ts';
import { gusto } from './gusto.ts';
import { hiBob } from './hibob.ts';
import { jamf } from './jamf.ts';
import { jira } from './jira.ts';
import { jumpCloud } from './jumpcloud.ts';
import { keycloak } from './keycloak.ts';
import { microsoft } from './microsoft.ts';
import { okta } from './okta.ts';
import { personio } from './personio.ts';
import { serviceNow } from './servicenow.ts';
import { slack } from './slack.ts';
import { snipeIt } from './snipe-it.ts';
import { tailscale } from './tailscale.ts';
import { type Channel, teams } from './teams.ts';
import type { Vendor } from './vendor.ts';
import { zoom } from './zoom.ts';

/** Vendors that Gatehouse has a connector of its own for, in the order in which they are connected. */
export function vendorsOfCompany(): {
  readonly all: readonly Vendor[];
  readonly channel: Channel;
  readonly mailServer: MailServer;
} {
  const sellers = peopleIn('Leadership', 'Sales');
  const withCustomers = peopleIn('Leadership', 'Sales', 'Customer care', 'Marketing');
  const chat = teams();
  const mailServer = dovecot(sellers, colleague('priya.nair'));
  const all = [
    okta(colleagues),
    microsoft(withCustomers),
    google(withCustomers),
    mailServer,
    keycloak(sellers),
    jumpCloud(sellers),
    slack(withCustomers),
    zoom(withCustomers),
    atlassian(withCustomers),
    gitHub(sellers),
    gitLab(sellers),
    tailscale(sellers),
    awsIam(sellers),
    gusto(sellers),
    jamf(sellers),
    snipeIt(sellers),
    jira(),
    serviceNow(),
    bambooHr(),
    hiBob(),
    personio(),
    chat,
  ];
  return { all, channel: chat.channel, mailServer };
}
