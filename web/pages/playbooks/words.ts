import { addWords } from '../../lib/words.ts';
import de from '../../words/de/playbooks.json' with { type: 'json' };
import en from '../../words/en/playbooks.json' with { type: 'json' };

addWords('playbooks', { en, de });
