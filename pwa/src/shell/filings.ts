/** A site's filings as the register writes them, with where they lead; twin of `backend/web/filings.py`. */

const ICP = /^[\u4e00-\u9fff]ICP备[0-9]{6,12}号(-[0-9]{1,3})?$/
const POLICE = /^[\u4e00-\u9fff]公网安备([0-9]{14})号$/

export interface FilingLink {
  readonly text: string
  /** The register's page; null for what no register would write like this. */
  readonly address: string | null
}

export function filingLinks(icp: string, police: string): FilingLink[] {
  const code = POLICE.exec(police)?.[1]
  return [
    { text: icp, address: ICP.test(icp) ? 'https://beian.miit.gov.cn/' : null },
    { text: police, address: code ? `https://beian.mps.gov.cn/#/query/webSearch?code=${code}` : null },
  ].filter(({ text }) => text)
}
