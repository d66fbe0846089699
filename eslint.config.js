// Lint: types are used soundly, rooms keep to themselves (scripts/lint/rooms.mjs), files stay small. Prettier owns layout.
import boundaries from 'eslint-plugin-boundaries';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { dependencies, settings, testFiles } from './scripts/lint/boundaries.mjs';

const impure = 'libs/oauth is pure: take `now` or random bytes as an argument (architecture §2)';

// V8 takes it for a method that stays, and makes it in its old generation at once. There it holds whatever it can reach until the
// next major collection, dead or not: a closure for each call had a fifth of what was allocated promoted, four times as long
// scavenges, and 220 MB in place of 130 (docs/performance.md, "What grows old").
const tenured = {
  selector: 'AssignmentExpression[left.type="MemberExpression"][right.type=/^(ArrowFunction|Function)Expression$/]',
  message: 'V8 allocates a function that is assigned to a property in its old generation: give it a name first',
};

export default defineConfig(
  { ignores: ['**/dist/**', '**/node_modules/**', 'libs/rpc/src/gen/**', '.cache/**', '.cardea/**', 'lab/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  { rules: { 'max-lines': ['error', 400], eqeqeq: 'error', 'no-var': 'error', 'prefer-const': 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // `=> log.info(…)` and `void promise` say what they mean.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      // Rooms are closures, not classes: there is no `this` to lose.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // gRPC's status enum and the numbers of our own table are the same numbers.
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      // An underscore says "here, and not needed".
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all' },
      ],
      // Marked deprecated by their author only to be noticed; the demo speaks plain HTTP on loopback.
      '@typescript-eslint/no-deprecated': [
        'error',
        {
          allow: [
            { from: 'package', package: 'openid-client', name: ['allowInsecureRequests', 'skipSubjectCheck'] },
            { from: 'package', package: 'oauth4webapi', name: ['allowInsecureRequests', 'skipSubjectCheck'] },
          ],
        },
      ],
      // Contracts are asynchronous even where today's answer is at hand.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['{libs,services}/*/src/**/*.ts', '{cli,bench,test-e2e,helm}/src/**/*.ts'],
    plugins: { boundaries },
    settings,
    rules: {
      'boundaries/dependencies': ['error', dependencies],
      'boundaries/no-unknown-files': 'error',
    },
  },
  {
    files: ['{libs,services}/*/src/**/*.ts', 'bench/src/**/*.ts'],
    ignores: testFiles,
    rules: { 'no-restricted-syntax': ['error', tenured] },
  },
  {
    files: ['libs/oauth/src/**/*.ts'],
    ignores: testFiles,
    rules: {
      'no-restricted-globals': [
        'error',
        ...[
          'fetch',
          'setTimeout',
          'setInterval',
          'setImmediate',
          'queueMicrotask',
          'performance',
          'process',
          'console',
          'crypto',
        ],
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: impure },
        { object: 'Math', property: 'random', message: impure },
      ],
      'no-restricted-syntax': [
        'error',
        tenured,
        { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: impure },
        { selector: 'CallExpression[callee.name="Date"]', message: impure },
        {
          selector: 'ImportDeclaration[source.value=/^(node:)?crypto$/] > :not(ImportSpecifier, Literal)',
          message: impure,
        },
        {
          selector:
            'ImportDeclaration[source.value="node:crypto"] > ImportSpecifier[imported.name=/^(random|generate|getRandomValues|webcrypto|subtle|getCiphers)/]',
          message: impure,
        },
      ],
    },
  },
  {
    // It answers token and admin, and asks nobody (architecture §1).
    files: ['services/keys/src/**/*.ts'],
    ignores: testFiles,
    rules: { 'no-restricted-globals': ['error', 'fetch', 'WebSocket', 'EventSource'] },
  },
  {
    files: testFiles,
    rules: {
      // A test may be as sure of what it made as its reader is.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // jest's matchers and parsed answers are `any`; an assertion is about to say what they are.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      // What a closure assigns, the flow analysis of a test body cannot see.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // A type parameter saves the caller of a fixture a cast.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    },
  },
);
