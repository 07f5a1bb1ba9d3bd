import type { Knowledge } from "../model/knowledge.ts";

/** Knowledge as it is, for those who see a part of it in another way. */
export class KnowledgeView implements Knowledge {
  protected readonly whole: Knowledge;

  constructor(whole: Knowledge) {
    this.whole = whole;
  }

  releases(...of: Parameters<Knowledge["releases"]>) {
    return this.whole.releases(...of);
  }

  metadata(...of: Parameters<Knowledge["metadata"]>) {
    return this.whole.metadata(...of);
  }

  installed(...of: Parameters<Knowledge["installed"]>) {
    return this.whole.installed(...of);
  }

  details(...of: Parameters<Knowledge["details"]>) {
    return this.whole.details(...of);
  }

  source(...of: Parameters<Knowledge["source"]>) {
    return this.whole.source(...of);
  }

  security(...of: Parameters<Knowledge["security"]>) {
    return this.whole.security(...of);
  }

  performance(...of: Parameters<Knowledge["performance"]>) {
    return this.whole.performance(...of);
  }

  about(...of: Parameters<Knowledge["about"]>) {
    return this.whole.about(...of);
  }

  repository(...of: Parameters<Knowledge["repository"]>) {
    return this.whole.repository(...of);
  }

  attestation(...of: Parameters<Knowledge["attestation"]>) {
    return this.whole.attestation(...of);
  }

  advisories(...of: Parameters<Knowledge["advisories"]>) {
    return this.whole.advisories(...of);
  }

  malware(...of: Parameters<Knowledge["malware"]>) {
    return this.whole.malware(...of);
  }

  advisoryDatabase() {
    return this.whole.advisoryDatabase();
  }
}
