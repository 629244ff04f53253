// drizzle-kit's settings for the tables of enterprises: `npx drizzle-kit generate --config migrations/enterprises/drizzle.config.enterprises.ts --name <what_it_does>`.

import { defineConfig } from 'drizzle-kit'

export default defineConfig({ dialect: 'postgresql', schema: './migrations/enterprises/tables*.ts', out: './migrations/enterprises/sql' })
