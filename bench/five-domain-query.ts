// The query across five domains that flows, kill test and benchmark share, and the caller who asks it.

/** Of the scenario's enterprise, with its legal representative; five departments answer it. */
export const fiveDomainQuery = `{
  enterprise(uscc: "91310199MA1K0T2A0A") {
    name
    legalRepName
    legalRepresentative { id name idNo birthDate mobile }
    shareholders { nodes { holderName ratio } }
    creditRecords { nodes { recordNo decidedOn } }
    creditSummary { recordCount penaltyCount }
    creditRating { grade score }
    licenses { nodes { status certNo } }
    vehicles { nodes { plateNo status } }
    nearestMetroStation { name }
  }
}`

/** Market regulation, starting a business: cells of every decision. */
export const fiveDomainCaller = { caller: 'amr-officer', purpose: 'AMR-0001', caseNo: 'SH-2026-0001' } as const
