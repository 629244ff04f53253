// drizzle-kit's settings for the tables of transport: `npx drizzle-kit generate --config migrations/transport/drizzle.config.transport.ts --name <what_it_does>`.

import { defineConfig } from 'drizzle-kit'

export default defineConfig({ dialect: 'postgresql', schema: './migrations/transport/tables*.ts', out: './migrations/transport/sql' })
