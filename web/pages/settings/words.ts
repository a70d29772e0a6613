import { addWords } from '../../lib/words.ts';
import de from '../../words/de/settings.json' with { type: 'json' };
import en from '../../words/en/settings.json' with { type: 'json' };

addWords('settings', { en, de });
