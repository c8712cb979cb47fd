/* A CUDA driver without a device, for tests that build plans on machines that have no GPU: it hands out handles for code
 * that is loaded and refuses everything else. cuDNN compiles a plan for a device that is described to it and asks the
 * driver to do no more than load the result. Its soname is the driver's: loaded first, everybody in the process gets it. */
enum { kSuccess = 0, kStubLibrary = 34, kVersion = 13000 };

#define SAME_AS(function) __attribute__((alias(function)))

int cuInit(unsigned flags) {
  (void)flags;
  return kSuccess;
}

int cuDriverGetVersion(int* version) {
  *version = kVersion;
  return kSuccess;
}

int cuDeviceGetCount(int* count) {
  *count = 1;
  return kSuccess;
}

int cuGetErrorString(int status, const char** string) {
  (void)status;
  *string = "the test's driver has no device";
  return kSuccess;
}
SAME_AS("cuGetErrorString") int cuGetErrorName(int status, const char** string);

/* A handle that nobody will look into. */
static __attribute__((used)) int hand_out(void** handle) {
  *handle = (void*)0x1000;
  return kSuccess;
}
SAME_AS("hand_out") int cuLibraryLoadData(void** handle);
SAME_AS("hand_out") int cuLibraryGetKernel(void** handle);
SAME_AS("hand_out") int cuKernelGetFunction(void** handle);
SAME_AS("hand_out") int cuModuleGetFunction(void** handle);

static __attribute__((used)) int accept(void) { return kSuccess; }
SAME_AS("accept") int cuFuncGetAttribute(void);
SAME_AS("accept") int cuFuncSetAttribute(void);
SAME_AS("accept") int cuKernelGetAttribute(void);
SAME_AS("accept") int cuKernelSetAttribute(void);
SAME_AS("accept") int cuLibraryUnload(void);

/* What cuDNN looks up by name and must find, if only to be refused. */
static __attribute__((used)) int refuse(void) { return kStubLibrary; }
SAME_AS("refuse") int cuCtxGetCurrent(void);
SAME_AS("refuse") int cuCtxGetLimit(void);
SAME_AS("refuse") int cuCtxPopCurrent(void);
SAME_AS("refuse") int cuCtxPushCurrent(void);
SAME_AS("refuse") int cuDeviceGet(void);
SAME_AS("refuse") int cuGetExportTable(void);
SAME_AS("refuse") int cuLaunchCooperativeKernel(void);
SAME_AS("refuse") int cuLaunchKernel(void);
SAME_AS("refuse") int cuLaunchKernelEx(void);
SAME_AS("refuse") int cuLibraryLoadFromFile(void);
SAME_AS("refuse") int cuLinkAddData(void);
SAME_AS("refuse") int cuLinkComplete(void);
SAME_AS("refuse") int cuLinkCreate(void);
SAME_AS("refuse") int cuLinkDestroy(void);
SAME_AS("refuse") int cuOccupancyMaxPotentialClusterSize(void);
SAME_AS("refuse") int cuStreamGetCtx(void);
