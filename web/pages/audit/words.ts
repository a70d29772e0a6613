import { addWords } from '../../lib/words.ts';
import de from '../../words/de/audit.json' with { type: 'json' };
import en from '../../words/en/audit.json' with { type: 'json' };

addWords('audit', { en, de });
