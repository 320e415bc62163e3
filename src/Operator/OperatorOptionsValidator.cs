using Microsoft.Extensions.Options;

namespace Rerank.Operator;

[OptionsValidator]
internal sealed partial class OperatorOptionsValidator : IValidateOptions<OperatorOptions>;

[OptionsValidator]
internal sealed partial class ImageOptionsValidator : IValidateOptions<ImageOptions>;
