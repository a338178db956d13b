// Builds what the browser gets into the folder given: our theme, the styles, the script, the fonts. Names carry a hash of the content,
// so a browser may keep them for a year. Run by the project's build (Avvik.Workbench.csproj).
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import esbuild from 'esbuild';

const project = dirname(dirname(fileURLToPath(import.meta.url)));
const [output, work] = process.argv.slice(2).map((path) => resolve(path));
rmSync(output, { recursive: true, force: true });
rmSync(work, { recursive: true, force: true });
mkdirSync(output, { recursive: true });
mkdirSync(work, { recursive: true });

const designsystemet = (...args) =>
  execFileSync(process.execPath, [join(project, 'node_modules/@digdir/designsystemet/dist/bin/designsystemet.js'), 'tokens', ...args], { cwd: work, stdio: 'pipe' });
const config = join(project, 'designsystemet.config.json');
designsystemet('create', '--config', config);
designsystemet('build', '--config', config, '--tokens', 'design-tokens', '--out-dir', 'theme');

const built = await esbuild.build({
  absWorkingDir: project,
  entryPoints: { avvik: 'Assets/avvik.css', script: 'Assets/avvik.js', icon: 'Assets/icon.svg' },
  alias: { theme: join(work, 'theme/avvik.css') },
  outdir: output,
  bundle: true,
  minify: true,
  metafile: true,
  entryNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  publicPath: '/assets',
  loader: { '.woff2': 'file', '.svg': 'copy' },
  target: ['chrome115', 'firefox115', 'safari16'],
  legalComments: 'none',
  logLevel: 'warning',
});

const manifest = {};
for (const file of Object.keys(built.metafile.outputs)) {
  const name = basename(file);
  manifest[name.replace(/-[A-Z0-9]{8}(?=\.)/, '')] = name;
  const path = join(output, name);
  if (/\.(css|js|svg)$/.test(name)) writeFileSync(`${path}.br`, brotliCompressSync(readFileSync(path), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
}
writeFileSync(join(output, 'assets.json'), JSON.stringify(manifest, null, 1));
