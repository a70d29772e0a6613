import { stringify } from 'yaml';
import { conditionDocument } from './condition-fields.ts';
import type { Playbook } from './playbook.ts';
import { stepDocument } from './step-document.ts';

/** The YAML that `readPlaybook` reads back as the same playbook. */
export function writePlaybook(playbook: Playbook): string {
  const document = {
    playbook: playbook.playbook,
    title: playbook.title,
    for: playbook.for,
    ...(playbook.appliesWhen && { 'applies when': conditionDocument(playbook.appliesWhen) }),
    steps: playbook.steps.map(stepDocument),
  };
  return stringify(document, {
    version: '1.2',
    schema: 'core',
    aliasDuplicateObjects: false,
    lineWidth: 100,
  });
}
