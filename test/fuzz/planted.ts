import type { FuzzTarget } from '../../scripts/fuzz/target.js';
import { parse } from './planted-parser.js';

const target: FuzzTarget = {
  name: 'planted',
  tokens: ['=', ';'],
  seeds: ['key 1 a'],
  run: (input) => parse(input.toString('latin1')),
};

export default target;
