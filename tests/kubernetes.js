// SPDX-License-Identifier: BSD-2-Clause
// kubernetes.js FILE: holds each manifest of a file against the schema of its kind, from the npm package
// kubernetes-models, which is found by NODE_PATH. Prints what is wrong; the exit status is 1 then.
"use strict";
const fs = require("fs");
const yaml = require("js-yaml");

let failed = 0;
const manifests = yaml.loadAll(fs.readFileSync(process.argv[2], "utf8"));
for (const manifest of manifests) {
    const { apiVersion, kind } = manifest;
    try {
        const model = require(`kubernetes-models/${apiVersion}/${kind}`)[kind];
        new model(manifest).validate();
        console.log(`${kind} ${manifest.metadata.name}: valid`);
    } catch (error) {
        failed++;
        console.log(`${kind}: ${error.message}`);
    }
}
process.exit(failed > 0 || manifests.length === 0 ? 1 : 0);
