#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Runs a file of ONNX with ONNX Runtime for Node on images that are stored as they are.
//
// usage: run_onnx.js FILE IMAGES N C H W OUT
//
// IMAGES holds N · C · H · W floats. Writes OUT.NAME for each output, as floats. As run_onnx.py, for
// systems without ONNX Runtime for Python; npm's onnxruntime-node stands where NODE_PATH says.
const fs = require("fs");
const onnxruntime = require("onnxruntime-node");

const [file, images, ...rest] = process.argv.slice(2);
const shape = rest.slice(0, 4).map(Number);
const out = rest[4];

async function run() {
    const session = await onnxruntime.InferenceSession.create(file);
    const bytes = fs.readFileSync(images);
    const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    const found = await session.run({ image: new onnxruntime.Tensor("float32", values, shape) });
    for (const name of session.outputNames) {
        const floats = Float32Array.from(found[name].data, Number);
        fs.writeFileSync(`${out}.${name}`, Buffer.from(floats.buffer));
    }
}

run().catch((error) => {
    console.error(String(error));
    process.exit(1);
});
