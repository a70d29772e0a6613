import { config } from 'zod';

// The page forbids code made from text. zod would try whether it may, and the browser would report it;
// so this stands before everything that makes a shape.
config({ jitless: true });
