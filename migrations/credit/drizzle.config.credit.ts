// drizzle-kit's settings for the tables of credit: `npx drizzle-kit generate --config migrations/credit/drizzle.config.credit.ts --name <what_it_does>`.

import { defineConfig } from 'drizzle-kit'

export default defineConfig({ dialect: 'postgresql', schema: './migrations/credit/tables*.ts', out: './migrations/credit/sql' })
