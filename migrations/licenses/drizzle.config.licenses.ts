// drizzle-kit's settings for the tables of licenses: `npx drizzle-kit generate --config migrations/licenses/drizzle.config.licenses.ts --name <what_it_does>`.

import { defineConfig } from 'drizzle-kit'

export default defineConfig({ dialect: 'postgresql', schema: './migrations/licenses/tables*.ts', out: './migrations/licenses/sql' })
