import { importPeople } from '#app/people.ts';
import { startScimServer } from '../../practice/servers/scim.ts';
import type { TestGatehouse } from './gatehouse.ts';

const file = `person_id,name,email,department,title,location,country,zone,employment_type,manager_id
E-7,Amira Haddad,amira@meadow.example,People,Head of People,Berlin,DE,Europe/Berlin,employee,
E-1042,Priya Nair,priya@meadow.example,Engineering,Lead engineer for identity and access,Berlin,DE,Europe/Berlin,employee,E-7
E-1043,Maximiliane Gräfin von und zu Hohenstein-Wolfenbüttel,maximiliane.von-hohenstein@meadow.example,Customer success and renewals,Senior account manager,"Frankfurt am Main, Taunusanlage",DE,Europe/Berlin,contractor,E-7
`;

/** A small company to set up: three people, and a system that tells of their accounts. */
export async function companyToSetUp(gatehouse: TestGatehouse) {
  const scim = await startScimServer({
    token: 'key-of-the-wiki',
    users: [
      { userName: 'priya@meadow.example', emails: [{ value: 'priya@meadow.example' }] },
      { userName: 'svc-backup', emails: [] },
    ],
  });
  await importPeople(gatehouse.app, gatehouse.admin, Buffer.from(file));
  return scim;
}
