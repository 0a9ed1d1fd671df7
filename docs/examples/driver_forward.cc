// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "docs/examples/examples.h"
#include "sim/driver.h"

namespace tetralog {

ForwardResult ForwardWithDriver(Machine& machine) {
  Driver driver(machine);  // resets the core, reads its shape, sets up the ring

  // Tensors as they lie in memory, one stored row after the other. Upload takes a code a byte; a
  // negative INT4 is its two's complement in four bits.
  const Tensor w = driver.NewTensor(2, 5, Format::kInt4);   // weights [out, in]
  const Tensor x = driver.NewTensor(3, 5, Format::kUint4);  // activations [batch, in]
  const Tensor bias = driver.NewTensor(1, 2, Format::kInt32);
  const Tensor y = driver.NewTensor(3, 2, Format::kUint4);   // [batch, out]
  driver.Upload(w, std::vector<uint8_t>{1, 14, 3, 0, 7,      //  1 -2  3  0  7
                                        15, 4, 13, 2, 11});  // -1  4 -3  2 -5
  driver.Upload(x, std::vector<uint8_t>{1, 0, 2, 15, 3,      //
                                        4, 4, 0, 1, 0,       //
                                        0, 9, 1, 0, 2});
  driver.UploadInt32(bias, std::vector<int32_t>{10, -20});

  // Y^T = W X^T: X and Y are stored the other way round than the matrices of the product.
  GemmRequest request;
  request.a = w;
  request.b = x;
  request.b_transposed = true;
  request.d = y;
  request.d_transposed = true;
  request.c = RowBias(bias);       // the same for every column of D: one bias an output
  request.output.scale_shift = 2;  // Y = z / 4, to nearest, at least 0: ReLU is the format

  const Handle handle = driver.Gemm(request);        // into the ring
  const CommandResult result = driver.Wait(handle);  // doorbell, interrupt, completion record
  return {driver.Download(y), result.record.max_abs, result.record.sum_abs, result.zeros[0],
          result.clipped[0]};
}

}  // namespace tetralog
