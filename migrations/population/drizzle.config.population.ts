// drizzle-kit's settings for the tables of population: `npx drizzle-kit generate --config migrations/population/drizzle.config.population.ts --name <what_it_does>`.

import { defineConfig } from 'drizzle-kit'

export default defineConfig({ dialect: 'postgresql', schema: './migrations/population/tables*.ts', out: './migrations/population/sql' })
