import { addWords } from '../../lib/words.ts';
import builderDe from '../../words/de/builder.json' with { type: 'json' };
import de from '../../words/de/playbooks.json' with { type: 'json' };
import builderEn from '../../words/en/builder.json' with { type: 'json' };
import en from '../../words/en/playbooks.json' with { type: 'json' };

addWords('playbooks', { en, de });
addWords('builder', { en: builderEn, de: builderDe });
