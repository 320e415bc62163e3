using BenchmarkDotNet.Running;
using Rerank.Benchmarks;

// dotnet run -c Release --project bench/Benchmarks -- --filter '*'
BenchmarkSwitcher.FromAssembly(typeof(TokenizerBenchmark).Assembly).Run(args);
