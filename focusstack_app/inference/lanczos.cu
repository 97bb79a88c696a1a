// Lanczos resampling of a frame (inference/card.py): what engine.resampling does on the processor.
// Values are counted in steps of 16 bits; a byte counts 257 of them.

__device__ float value(const void* pixels, int bytes, long long at) {
  return bytes == 1 ? 257.0f * ((const unsigned char*)pixels)[at]
                    : (float)((const unsigned short*)pixels)[at];
}

// Beyond the border the picture is mirrored, the outermost pixels twice.
__device__ int mirrored(int at, int length) {
  int back = at % (2 * length);
  back = back < 0 ? back + 2 * length : back;
  return back < length ? back : 2 * length - 1 - back;
}

__device__ float sinc(float x) {
  float turn = 3.14159265f * x;
  return fabsf(turn) < 1e-4f ? 1.0f : sinpif(x) / turn;
}

// Weights of eight pixels, from three before to four after the first.
__device__ void taps(float share, float* weights) {
  float sum = 0.0f;
  for (int k = 0; k < 8; ++k) {
    float away = share - (k - 3);
    weights[k] = sinc(away) * sinc(0.25f * away);
    sum += weights[k];
  }
  for (int k = 0; k < 8; ++k) weights[k] /= sum;
}

extern "C" __global__ void resample(
    const void* frame, int frame_bytes, const void* beside, int beside_bytes,
    unsigned short* moved, const double* frame_from_reference, const float* gains,
    int height, int width) {
  int u = blockIdx.x * blockDim.x + threadIdx.x;
  int v = blockIdx.y * blockDim.y + threadIdx.y;
  if (u >= width || v >= height) return;
  long long here = 3 * ((long long)v * width + u);
  const double* m = frame_from_reference;
  double w = m[6] * u + m[7] * v + m[8];
  double x = (m[0] * u + m[1] * v + m[2]) / w, y = (m[3] * u + m[4] * v + m[5]) / w;
  if (!(x > -OUTSIDE_PX && x < width - 1 + OUTSIDE_PX && y > -OUTSIDE_PX &&
        y < height - 1 + OUTSIDE_PX)) {
    for (int c = 0; c < 3; ++c) moved[here + c] = value(beside, beside_bytes, here + c);
    return;
  }
  int left = (int)floor(x), top = (int)floor(y);
  float across[8], down[8], total[3] = {0.0f, 0.0f, 0.0f};
  taps((float)(x - left), across);
  taps((float)(y - top), down);
  for (int j = 0; j < 8; ++j) {
    long long row = (long long)mirrored(top + j - 3, height) * width;
    float line[3] = {0.0f, 0.0f, 0.0f};
    for (int i = 0; i < 8; ++i) {
      long long at = 3 * (row + mirrored(left + i - 3, width));
      for (int c = 0; c < 3; ++c) line[c] += across[i] * value(frame, frame_bytes, at + c);
    }
    for (int c = 0; c < 3; ++c) total[c] += down[j] * line[c];
  }
  for (int c = 0; c < 3; ++c) {
    // What is burnt out stays white.
    float white = (total[c] / 65535.0f - NEARLY_WHITE) / (1.0f - NEARLY_WHITE);
    float kept = 65535.0f * fminf(fmaxf(white, 0.0f), 1.0f) * fmaxf(1.0f - gains[c], 0.0f);
    float there = total[c] * gains[c] + kept;
    moved[here + c] = (unsigned short)rintf(fminf(fmaxf(there, 0.0f), 65535.0f));
  }
}
