// One function a command; each lives in the file of its name. Returns the exit code; faults are thrown.
#pragma once

#include "src/cli/command.h"

namespace ratchet::cli {

void declare_accept(po::options_description& options);
void declare_baseline(po::options_description& options);
void declare_bisect(po::options_description& options);
void declare_calibrate(po::options_description& options);
void declare_check(po::options_description& options);
void declare_ci(po::options_description& options);
void declare_compare(po::options_description& options);
void declare_doctor(po::options_description& options);
void declare_export(po::options_description& options);
void declare_import(po::options_description& options);
void declare_init(po::options_description& options);
void declare_log(po::options_description& options);
void declare_matrix(po::options_description& options);
void declare_record(po::options_description& options);
void declare_report(po::options_description& options);
void declare_run(po::options_description& options);
void declare_serve(po::options_description& options);
void declare_trend(po::options_description& options);
void declare_tune(po::options_description& options);

int accept(Context& context, const po::variables_map& values);
int baseline(Context& context, const po::variables_map& values);
int bisect(Context& context, const po::variables_map& values);
int calibrate(Context& context, const po::variables_map& values);
int check(Context& context, const po::variables_map& values);
int ci(Context& context, const po::variables_map& values);
int compare(Context& context, const po::variables_map& values);
int database(Context& context, const po::variables_map& values);
int doctor(Context& context, const po::variables_map& values);
int export_document(Context& context, const po::variables_map& values);
int help(Context& context, const po::variables_map& values);
int import_files(Context& context, const po::variables_map& values);
int init(Context& context, const po::variables_map& values);
int log(Context& context, const po::variables_map& values);
int make_report(Context& context, const po::variables_map& values);
int matrix(Context& context, const po::variables_map& values);
int record(Context& context, const po::variables_map& values);
int replay(Context& context, const po::variables_map& values);
int run_modules(Context& context, const po::variables_map& values);
int serve(Context& context, const po::variables_map& values);
int show(Context& context, const po::variables_map& values);
int stats(Context& context, const po::variables_map& values);
int merge(Context& context, const po::variables_map& values);
int trend(Context& context, const po::variables_map& values);
int tune(Context& context, const po::variables_map& values);
int verify(Context& context, const po::variables_map& values);

}  // namespace ratchet::cli
